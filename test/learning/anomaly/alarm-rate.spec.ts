import { expect, test } from 'vitest';
import { alarmRateOf } from '../../../main/learning/anomaly/alarm-rate.ts';

const parameters = JSON.stringify({ risk: 0.001, contamination: 0.05 });

test('says how rarely a threshold fires that no label set', () => {
  const tail = alarmRateOf({ thresholdChosenBy: 'tail', parameters, calledShare: '0.004' });
  expect(tail).toMatchObject({ chosenBy: 'tail', share: 0.001 });
  expect(tail!.sentence).toContain('about 1 in 1,000 of what is usual');
  expect(tail!.sentence).toContain('--set contamination=0.05');
  const asked = alarmRateOf({ thresholdChosenBy: 'contamination', parameters, calledShare: '0.05' });
  expect(asked!.sentence).toContain('about 1 in 20');
  const method = alarmRateOf({ thresholdChosenBy: 'method', parameters, calledShare: '0' });
  expect(method).toMatchObject({ share: 0 });
  expect(method!.sentence).toContain('Calls none of what it learned from');
});

test('says nothing of models whose threshold no detector set, or that do not tell', () => {
  expect(alarmRateOf({ parameters })).toBeNull();
  expect(alarmRateOf({ thresholdChosenBy: 'method', parameters })).toBeNull();
  expect(alarmRateOf({ thresholdChosenBy: 'tail', parameters: '{' })).toBeNull();
});
