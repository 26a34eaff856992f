import type { PlanNode } from '../plan/node.ts'
import { type WrapperContext, wrappedProcessor } from '../plan/processor-wrapper.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

/** The operator behind what the topology's wrapper puts before it, if there is one and it does. */
export function wrapOperator(node: PlanNode, operator: Operator, context: OperatorContext): Operator {
  const around = node.wrap?.(wrappedProcessor(node, wrapperContext(context)))
  if (!around) return operator
  const run = guard(node.name, around)
  return {
    process: (record) =>
      void run(record, (given) => {
        if (given === record) operator.process(record)
        else context.forward(operator, given)
      }),
  }
}

function wrapperContext(context: OperatorContext): WrapperContext {
  return {
    applicationId: context.applicationId,
    taskId: context.taskId,
    get recordMetadata() {
      return context.record.metadata
    },
    get currentStreamTime() {
      return context.streamTime
    },
    get currentSystemTime() {
      return context.systemTime
    },
  }
}
