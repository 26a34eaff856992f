import { Refusal } from './problem.ts'

/** How many things may be under way at once. */
export class Admission {
  readonly #what: string
  readonly #most: number
  #underWay = 0

  constructor(what: string, most: number) {
    this.#what = what
    this.#most = most
  }

  get underWay(): number {
    return this.#underWay
  }

  /** @returns to be called at its end; again does nothing. @throws Refusal 429 */
  enter(): () => void {
    if (this.#underWay >= this.#most)
      throw new Refusal({
        status: 429,
        code: 'request-too-many',
        detail: `there are ${this.#most} ${this.#what} already`,
        headers: { 'retry-after': '1' },
      })
    this.#underWay++
    let inside = true
    return () => {
      if (inside) this.#underWay--
      inside = false
    }
  }
}
