import { dispatch } from '../../main/transport/dispatch.ts';
import { inProcess } from '../../main/transport/in-process.ts';
import { openTrialHost } from '../hosts/edge/trial-host.ts';
import { describeTransport } from './transport-cases.ts';
import { trialApi } from './trial-api.ts';

describeTransport('in-process', (handlers) => ({
  transport: inProcess(dispatch(trialApi, handlers)),
  close: () => undefined,
}));

describeTransport('HTTP and WebSocket', (handlers) => openTrialHost(trialApi, handlers));
