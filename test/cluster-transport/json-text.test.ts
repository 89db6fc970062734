import t from 'tap';
import { jsonText } from '../../src/cluster/json-text.ts';

const said = { message: 'success 40% < 99% & duration 2298 ms > 500 ms\u2028\u2029 "ü"\n' };

void t.test('it is written as the API server writes it', async (t) => {
  t.equal(
    jsonText(said),
    String.raw`{"message":"success 40% \u003c 99% \u0026 duration 2298 ms \u003e 500 ms\u2028\u2029 \"ü\"\n"}`,
  );
});

void t.test('and means the same', async (t) => t.same(JSON.parse(jsonText(said)), said));
