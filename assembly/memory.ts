/**
 * Linear memory: a bump pointer, and freed blocks kept by power of two. Blocks are never split or joined, so memory
 * is bounded by the peak of each size.
 */

const PAGE: u64 = 0x10000
const SMALLEST: u32 = 4
/** 111 us a call: grow in steps of at least a mebibyte. */
const GROWTH: u64 = 16

let top: usize = (__heap_base + 15) & ~15
const freeBlocks: usize = memory.data(32 * 4, 16)

/** Memory that is never freed, 16-aligned. Traps when 4 GiB are used up. */
export function alloc(size: usize): usize {
  const start = top
  const next = (<u64>start + <u64>size + 15) & ~15
  const have = <u64>memory.size()
  const missing = <i64>((next + PAGE - 1) / PAGE) - <i64>have
  if (missing > 0) {
    const step = max<u64>(<u64>missing, max<u64>(GROWTH, have >> 3))
    if (memory.grow(<i32>step) < 0 && memory.grow(<i32>missing) < 0) unreachable()
  }
  top = <usize>next
  return start
}

/** The order of the smallest block that holds `size` bytes. */
@inline
export function orderOf(size: usize): u32 {
  return size <= 1 << SMALLEST ? SMALLEST : 32 - <u32>clz(<u32>size - 1)
}

/** A block of 2^order bytes; its content is undefined. */
export function takeBlock(order: u32): usize {
  const head = freeBlocks + (<usize>order << 2)
  const block = <usize>load<u32>(head)
  if (!block) return alloc(<usize>1 << order)
  store<u32>(head, load<u32>(block))
  return block
}

export function giveBlock(block: usize, order: u32): void {
  const head = freeBlocks + (<usize>order << 2)
  store<u32>(block, load<u32>(head))
  store<u32>(head, <u32>block)
}

/** A block one order larger with the same content; the old one is freed. */
export function doubleBlock(block: usize, order: u32): usize {
  const larger = takeBlock(order + 1)
  memory.copy(larger, block, <usize>1 << order)
  giveBlock(block, order)
  return larger
}
