import type { Click } from '../click-count.ts'

const pages = ['/home', '/products', '/cart', '/checkout', '/help']

/** So many clicks of a thousand users that happened just now, a few of them up to two minutes late. */
export function someClicks(count: number): Click[] {
  const now = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, () => {
    const late = Math.random() < 0.02 ? Math.floor(Math.random() * 120) : 0
    return { userId: `user${pick(1000)}`, url: pages[pick(pages.length)]!, timestamp: now - late }
  })
}

function pick(below: number): number {
  return Math.floor(Math.random() * below)
}
