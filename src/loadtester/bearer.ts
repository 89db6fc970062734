import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Refuses a request that does not carry the token; a hook for routes, before their body is read. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** @param without what to say while there is no token that could be right; undefined if everybody may then pass. */
export function bearerGuard(token: string | undefined, without?: string): Guard {
  const wanted = token === undefined ? undefined : digest(token);
  return async (request, reply) => {
    if (wanted === undefined) return without === undefined ? undefined : reply.code(403).send(`${without}\n`);
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) return undefined;
    const words =
      given === undefined ? 'this needs a token: Authorization: Bearer …' : 'the token is not the right one';
    return reply.code(401).header('www-authenticate', 'Bearer').send(`${words}\n`);
  };
}

/** Of one length whatever was given, so that a comparison takes the same time. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
