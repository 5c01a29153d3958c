/** What a page of ours may do: nothing but show itself and speak through the bridge. */
import type { WebPreferences } from 'electron';

/** `preload`: the built bridge, one CommonJS file. */
export function windowPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  };
}
