/** Whether a source by pattern reads a topic: the whole name must match, as with Java's Matcher.matches. */
export function topicMatches(pattern: RegExp, topic: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, '')).test(topic)
}
