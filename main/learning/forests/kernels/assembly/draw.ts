/** Draws columns without replacement, with the generator xorshift64* (Vigna 2016). */
let state: u64 = 1;
/** Columns as i32; the first ones are those drawn. */
let order: usize = 0;
let columns: u32 = 0;

export function setOrder(at: usize, count: u32): void {
  order = at;
  columns = count;
}

/** What is drawn from here on follows from the two words. */
export function startDraws(low: u32, high: u32): void {
  state = ((<u64>high << 32) | low) ^ 0x9e3779b97f4a7c15;
  if (state == 0) state = 1;
  for (let column: u32 = 0; column < columns; column++) store<u32>(order + (<usize>column << 2), column);
}

/** Another column than the first `drawn` ones. */
export function draw(drawn: u32): i32 {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  const word = (state * 0x2545f4914f6cdd1d) >> 32;
  const other = order + ((<usize>drawn + <usize>((word * (columns - drawn)) >> 32)) << 2);
  const here = order + (<usize>drawn << 2);
  const column = load<i32>(other);
  store<i32>(other, load<i32>(here));
  store<i32>(here, column);
  return column;
}
