import { WindowedSum } from './windowed-sum.ts'

/** How often something was recorded (Java's WindowedCount). */
export class WindowedCount extends WindowedSum {
  protected override add(count: number): number {
    return count + 1
  }
}
