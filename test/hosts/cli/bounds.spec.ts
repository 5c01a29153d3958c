import { describe, expect, test } from 'vitest';
import { run } from './trial-house.ts';

describe('input outside its bounds', () => {
  test('is refused by the option and its range', async () => {
    const { code, terminal, house } = await run('simulate log.csv --fault-share 0.9');
    expect([code, house.asked]).toEqual([2, []]);
    expect(terminal.errors).toMatch(/--fault-share.*Expected a number from 0 to 0\.5/s);
  });

  test('that only the call refuses is told by the option that was typed', async () => {
    const { terminal } = await run('dataset create autumn --test_share 0.7');
    expect(terminal.errors).toMatch(/nightsift: --test-share: expected at most 0\.5\./);
    expect(terminal.errors).not.toMatch(/testShare|Too big/);
  });
});
