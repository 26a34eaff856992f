/** What pino and most loggers offer: facts first, text second. */
export interface Logger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
}

/** Warnings and errors to standard error, one line each. */
export const consoleLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (facts, message) => console.warn(`millrace: ${message}`, facts),
  error: (facts, message) => console.error(`millrace: ${message}`, facts),
}
