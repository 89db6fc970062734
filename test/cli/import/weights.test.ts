import t from 'tap';
import { weightPlanOf } from '../../../src/cli/import/weights.ts';

type Row = [analysis: Record<string, unknown>, weights: Record<string, unknown> | undefined, ...notes: RegExp[]];

const plans: Record<string, Row> = {
  'steps that divide the end': [
    { stepWeight: 10, maxWeight: 50 },
    { stepWeight: 10, maxWeight: 50 },
  ],
  'steps that pass the end': [
    { stepWeight: 20, maxWeight: 50 },
    { stepWeight: 20, maxWeight: 50 },
    /Flagger goes 20, 40, 60, Headgate 20, 40, 50/,
  ],
  'many steps that pass the end': [
    { stepWeight: 3, maxWeight: 50 },
    { stepWeight: 3, maxWeight: 50 },
    /Flagger goes …, 48, 51, Headgate …, 48, 50/,
  ],
  'steps that pass 100 end there in both': [
    { stepWeight: 30, maxWeight: 100 },
    { stepWeight: 30, maxWeight: 100 },
  ],
  'no end': [{ stepWeight: 50 }, { stepWeight: 50, maxWeight: 100 }, /is left out, which is 100 in Flagger/],
  'an end of zero is none': [{ stepWeight: 50, maxWeight: 0 }, { stepWeight: 50, maxWeight: 100 }, /100 is written/],
  'a step above the end': [
    { stepWeight: 50, maxWeight: 20 },
    { stepWeight: 20, maxWeight: 20 },
    /is above spec\.analysis\.maxWeight.*; 20 is written/,
  ],
  'a list': [{ stepWeights: [5, 50] }, { stepWeights: [5, 50] }],
  'a list and an end': [{ stepWeights: [5, 50], maxWeight: 80 }, { stepWeights: [5, 50] }, /is not looked at/],
  'a list and a step': [
    { stepWeights: [5, 50], stepWeight: 25, maxWeight: 80 },
    { stepWeight: 25, maxWeight: 50 },
    /its last is the end/,
  ],
  'a list and a step of zero': [{ stepWeights: [5, 50], stepWeight: 0 }, { stepWeights: [5, 50] }],
  'an empty list': [{ stepWeights: [] }, undefined],
  nothing: [{}, undefined],
  'a step that is no number': [{ stepWeight: '10' }, undefined],
};

for (const [sentence, [analysis, weights, ...notes]] of Object.entries(plans)) {
  void t.test(sentence, async (t) => {
    const plan = weightPlanOf(analysis);
    t.strictSame(plan.weights, weights);
    t.equal(plan.remarks.length, notes.length);
    for (const [index, note] of notes.entries()) t.match(plan.remarks[index]?.message, note);
  });
}
