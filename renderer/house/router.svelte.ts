/** Where the person is: `#/frames/NAME/17`, kept in the address so that back, reload and links work. */

export interface Place {
  readonly screen: string;
  /** Name or id of a session. */
  readonly session: string | null;
  /** What the screen is at: a frame, a run, a model. */
  readonly at: string | null;
}

export class Router {
  place = $state.raw<Place>(placeOf(location.hash));

  readonly follow = (): void => {
    this.place = placeOf(location.hash);
  };

  go(screen: string, session: string | null = null, at: string | number | null = null): void {
    const hash = hashOf({ screen, session, at: at === null ? null : String(at) });
    if (location.hash === hash) return;
    location.hash = hash;
    this.follow();
  }

  /** Changes where the screen is at, without a step in the history. */
  point(at: string | number): void {
    const place = { ...this.place, at: String(at) };
    if (place.at === this.place.at) return;
    history.replaceState(null, '', hashOf(place));
    this.place = place;
  }
}

export function hashOf({ screen, session, at }: Place): string {
  const parts = [screen, session, session === null ? null : at].filter((part) => part !== null);
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

function placeOf(hash: string): Place {
  const [screen = '', session, at] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decoded);
  return { screen: screen === '' ? 'sessions' : screen, session: session ?? null, at: at ?? null };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
