import { doubleBlock, giveBlock, takeBlock } from './memory'

const FIRST_ORDER: u32 = 6

/** A list of addresses that grows by doubling. An empty one holds no memory. */
@unmanaged
export class AddressList {
  items: usize
  order: u32
  length: u32

  @inline
  at(index: u32): usize {
    return <usize>load<u32>(this.items + (<usize>index << 2))
  }

  @inline
  set(index: u32, item: usize): void {
    store<u32>(this.items + (<usize>index << 2), <u32>item)
  }

  @inline
  push(item: usize): void {
    if (!this.items || this.length << 2 == <u32>1 << this.order) this.grow()
    this.set(this.length++, item)
  }

  grow(): void {
    if (this.items) this.items = doubleBlock(this.items, this.order++)
    else {
      this.order = FIRST_ORDER
      this.items = takeBlock(FIRST_ORDER)
    }
  }

  /** Empties it and gives its memory back. */
  free(): void {
    if (this.items) giveBlock(this.items, this.order)
    this.items = 0
    this.length = 0
  }
}
