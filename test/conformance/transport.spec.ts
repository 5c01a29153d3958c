import { dispatch } from '../../main/transport/dispatch.ts';
import { inProcess } from '../../main/transport/in-process.ts';
import { describeTransport, trialApi } from './transport-cases.ts';

describeTransport('in-process', (handlers) => ({
  transport: inProcess(dispatch(trialApi, handlers)),
  close: () => undefined,
}));
