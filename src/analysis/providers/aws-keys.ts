import type { SecretValues, Signing } from './provider.ts';

/** Names under which a Secret has the keys of an AWS account: those of the AWS command line. */
export const hasAwsKeys = ({ aws_access_key_id: id }: SecretValues): boolean => id !== undefined;

/** Undefined where a key is missing. */
export function awsSigning(secret: SecretValues, region: string, service: string): Signing | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, aws_session_token: token } = secret;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const session = token === undefined ? {} : { sessionToken: token };
  return { by: 'aws', service, region, accessKeyId, secretAccessKey, ...session };
}
