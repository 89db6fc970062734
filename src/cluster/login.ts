export type Headers = Readonly<Record<string, string>>;

export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** By what a server knows who calls: what goes onto connections, and onto requests. */
export interface Login {
  readonly tls: TlsOptions;
  readonly headers: Headers;
}

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });
