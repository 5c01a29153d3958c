/** The desktop bridge: the contract's table of calls, and nothing else, in a sandboxed page. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { callKinds } from '../contract/bridge.ts';
import { buildBridge } from './bridge.ts';

contextBridge.exposeInMainWorld(
  'nightsift',
  buildBridge(ipcRenderer, callKinds, (dropped) => webUtils.getPathForFile(dropped as File)),
);
