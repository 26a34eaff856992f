import type { FieldNode, WindowKeyNode } from '../expr/node.ts'
import { prefixes } from '../plan/naming.ts'
import type { SelectKeyNode } from '../plan/node.ts'
import { string } from '../serde/scalars.ts'
import { type BuildContext, follow, nodeName, type StreamPosition } from './context.ts'
import type { KeyOptions } from './options.ts'

/** Of a new key: a field of the value, or a text made of a windowed key. */
export interface KeyExpression {
  readonly node: FieldNode | WindowKeyNode
}

/** KStream.selectKey, and the first half of groupBy. */
export function addSelectKey(
  context: BuildContext,
  at: StreamPosition,
  call: string,
  select: KeyExpression | ((value: never, key: never) => unknown),
  options: KeyOptions<unknown>,
): StreamPosition {
  const node: Omit<SelectKeyNode, 'parents'> = {
    kind: 'select-key',
    name: nodeName(context, prefixes.selectKey, call, options.name),
    ...(typeof select === 'function'
      ? { lambda: select as NonNullable<SelectKeyNode['lambda']> }
      : { expression: select.node }),
  }
  const keySerde = node.expression?.kind === 'window-key' ? string : options.key
  return follow(context, at, { node, changesKey: true }, { keySerde, keyChanged: true })
}
