/** How much of the machine one browser, or all together, may take. */
export interface EdgeLimits {
  readonly headerBytes: number;
  readonly connections: number;
  /** Open calls of one client. */
  readonly asks: number;
  readonly bytes: number;
  /** Streams of one page. */
  readonly streams: number;
  /** A request has to be complete, and a connection must not be silent, within so long. */
  readonly requestMilliseconds: number;
  /** How often a WebSocket is asked whether its page is still there. */
  readonly pingMilliseconds: number;
}

export const edgeLimits: EdgeLimits = {
  headerBytes: 16 * 1024,
  connections: 64,
  asks: 64,
  bytes: 8,
  streams: 64,
  requestMilliseconds: 30_000,
  pingMilliseconds: 20_000,
};
