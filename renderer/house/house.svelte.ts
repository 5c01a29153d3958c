/** What every screen can reach: the client, where the person is, the open session, keys, jobs, settings, messages. */
import { getContext, setContext } from 'svelte';
import type { NightsiftClient } from '../../contract/api.ts';
import type { Settings } from '../../contract/calls/settings.ts';
import { Keyboard } from '../keyboard/keyboard.svelte.ts';
import { Look } from '../picture/look.svelte.ts';
import { PixelStore } from '../picture/pixel-store.ts';
import { ViewPort } from '../picture/view-port.svelte.ts';
import { Jobs } from './jobs.svelte.ts';
import { Outbox } from './outbox.ts';
import { Router } from './router.svelte.ts';
import { SessionFrames } from './session-frames.svelte.ts';
import { Thumbnails } from './thumbnails.ts';
import { Toasts } from './toasts.svelte.ts';

const contextKey = Symbol('house');

export class House {
  readonly client: NightsiftClient;
  readonly router = new Router();
  readonly keys = new Keyboard();
  readonly toasts = new Toasts();
  readonly jobs: Jobs;
  readonly thumbnails: Thumbnails;
  readonly pixels: PixelStore;
  /** Kept from screen to screen: how frames are shown and which part of them. */
  readonly look = new Look();
  readonly port = new ViewPort();
  readonly outbox: Outbox;
  settings = $state.raw<Settings | null>(null);
  /** The session that the screens show; kept while the person visits other screens. */
  frames = $state.raw<SessionFrames | null>(null);
  /** Decisions on their way. */
  unsaved = $state(0);
  /** Set while a screen has something over everything else (the table of keys, a dialog). */
  isHelpOpen = $state(false);

  #forget: () => void = () => undefined;

  constructor(client: NightsiftClient) {
    this.client = client;
    this.jobs = new Jobs(client);
    this.thumbnails = new Thumbnails(client);
    this.pixels = new PixelStore(client);
    this.outbox = new Outbox({
      client,
      storage: localStorage,
      onSaved: ({ session }, { items }) => {
        if (this.frames?.name === session) this.frames.receive(items);
      },
      onRefused: ({ session }, thrown) => {
        this.toasts.fail(thrown);
        if (this.frames?.name === session) void this.frames.reload();
      },
      onDelayed: (_, thrown) => this.toasts.fail(thrown),
      onWaiting: (count) => {
        this.unsaved = count;
      },
    });
  }

  async start(): Promise<void> {
    void this.outbox.send();
    void this.jobs.attach().catch((thrown) => this.toasts.fail(thrown));
    try {
      const { settings } = await this.client('settings.show', {});
      this.adopt(settings);
    } catch (thrown) {
      this.toasts.fail(thrown);
    }
  }

  adopt(settings: Settings): void {
    this.settings = settings;
    this.keys.changed = settings.keys;
    document.documentElement.dataset.theme = settings.theme;
  }

  async save(changes: Partial<Settings>): Promise<void> {
    if (this.settings !== null) this.adopt({ ...this.settings, ...changes });
    try {
      this.adopt(await this.client('settings.save', changes));
    } catch (thrown) {
      this.toasts.fail(thrown);
    }
  }

  /** `NAME@VERSION` of what judges a family's items now; null without one. */
  async productionModel(family: string): Promise<string | null> {
    const models = await this.client('models.list', {});
    const model = models.find((each) => each.family === family && each.stage === 'production');
    return model === undefined ? null : `${model.name}@${model.version}`;
  }

  get reviewer(): string {
    return this.settings?.reviewer ?? '';
  }

  /** Opens a session, or keeps it when it is the open one. */
  openSession(name: string): SessionFrames {
    if (this.frames?.name === name || this.frames?.session?.id === name) return this.frames;
    this.frames?.close();
    this.#forget();
    // Its derived state must not end with the screen from which it was opened.
    const made: SessionFrames[] = [];
    this.#forget = $effect.root(() => void made.push(new SessionFrames(this.client, this.outbox, name)));
    const frames = made[0] as SessionFrames;
    this.frames = frames;
    void frames.open();
    return frames;
  }

  /** Follows a job to its end and says how it went; resolves with its result, or null when it did not finish. */
  async finish(job: string, method: string): Promise<unknown> {
    const ended = await this.jobs.follow(job, method);
    if (ended.state !== 'done') return null;
    return this.client('jobs.result', { job });
  }
}

export function provideHouse(house: House): House {
  return setContext(contextKey, house);
}

export function useHouse(): House {
  return getContext<House>(contextKey);
}
