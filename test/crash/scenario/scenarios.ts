import { poison, tooLarge } from './bad-records.ts'
import { brokerKill, brokerRestart } from './broker-restart.ts'
import { clockJump } from './clock-jump.ts'
import { coordinatorLoading } from './coordinator-loading.ts'
import { diskFull } from './disk-full.ts'
import { expiredProducerId } from './expired-producer-id.ts'
import { freeze } from './freeze.ts'
import { killStep } from './kill-step.ts'
import { loneBrokerKill } from './lone-broker-kill.ts'
import { lostResponse } from './lost-response.ts'
import { mapFull } from './map-full.ts'
import { networkCut } from './network-cut.ts'
import { outOfRange } from './out-of-range.ts'
import type { Scenario } from './scenario.ts'
import { lossy, slowNetwork } from './slow-network.ts'
import { threadDies } from './thread-dies.ts'
import { transactionTimeout } from './transaction-timeout.ts'

/** All that there are. `--scenario all` takes those that are not `onlyByName`. */
export const scenarios: readonly Scenario[] = [
  killStep,
  freeze,
  brokerRestart,
  brokerKill,
  networkCut,
  slowNetwork,
  lossy,
  lostResponse,
  coordinatorLoading,
  transactionTimeout,
  expiredProducerId,
  outOfRange,
  tooLarge,
  poison,
  diskFull,
  mapFull,
  threadDies,
  clockJump,
  loneBrokerKill,
]
