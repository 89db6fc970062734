import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

/**
 * The least that a webhook can be in Node: it reads the review, and allows it. `node noop-webhook.ts HOST PORT CERT KEY`,
 * with an IPC channel over which it tells when it listens, and its number of calls whenever it is asked.
 */
const [host = '', port = '', cert = '', key = ''] = process.argv.slice(2);
let calls = 0;

const server = createServer(
  { cert: readFileSync(cert), key: readFileSync(key), keepAliveTimeout: 120_000 },
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      const { uid } = JSON.parse(Buffer.concat(chunks).toString('utf8')).request;
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true } };
      const body = JSON.stringify(review);
      response.setHeader('content-type', 'application/json');
      response.setHeader('content-length', Buffer.byteLength(body));
      response.end(body);
    });
  },
);
server.listen(Number(port), host, () => process.send?.({ listening: true }));
process.on('message', () => process.send?.({ calls }));
process.on('disconnect', () => process.exit());
