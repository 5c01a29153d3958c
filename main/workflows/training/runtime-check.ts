/** For doctor: can this machine train and predict at all? */
import type { DoctorFinding } from '../../../contract/calls/house.ts';
import { openLearningPool } from './learning-pool.ts';

/** Starts a learning thread and asks it for the version of its runtime. */
export async function runtimeCheck(): Promise<DoctorFinding> {
  const check = 'ONNX Runtime';
  const pool = openLearningPool();
  try {
    const { version } = await pool.about();
    return { check, ok: true, sentence: `version ${version} answers` };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      check,
      ok: false,
      sentence: `it does not start: ${why}`,
      hint: 'Install Nightsift again on this machine; scanning works without it, training and models do not.',
    };
  } finally {
    await pool.close();
  }
}
