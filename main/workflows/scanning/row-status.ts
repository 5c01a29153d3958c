/** How an item stands for lists and screens. */
import type { RowStatus } from '../../../contract/calls/frames.ts';
import type { Item } from '../../library/sessions.ts';

/** Of an item that the running scan has found and not measured yet, so that it can be looked at already. */
export const waitingReason = 'not measured yet';

export function rowStatus({ status, reason, contentHash }: Item): RowStatus {
  return status === 'skipped' && contentHash === null && reason === waitingReason ? 'waiting' : status;
}
