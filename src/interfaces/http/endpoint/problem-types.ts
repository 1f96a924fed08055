import {
  MAX_BODY_BYTES,
  MAX_BODY_DEPTH,
  MAX_HEAD_BYTES,
  MAX_QUERY_PARAMETERS,
  MAX_STREAMS_OF_A_USER,
} from './limits.ts'

/** Every kind of problem this service answers with (RFC 9457): its name in the `type` URI, and what it means. */
export const problemTypes = {
  'malformed-request': {
    status: 400,
    title: 'Malformed request',
    meaning: `The bytes are not what they claim to be: broken JSON, invalid UTF-8, a body nested deeper than ${MAX_BODY_DEPTH} levels, a bad escape in the path, a query of more than ${MAX_QUERY_PARAMETERS} parameters, a header that does not parse, or none or more than one \`Host\`. Nothing was done.`,
  },
  unauthenticated: {
    status: 401,
    title: 'Unauthenticated',
    meaning:
      'There is no credential, or not a good one: `detail` says what is wrong with it. Send `Authorization: Bearer` with a token or a key that is good. Nothing was done.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'Whoever the credential is for may not do this. Nothing was done.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    meaning: 'The path, the chat or the message does not exist, or was deleted; `detail` names it.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method. The `Allow` header lists the methods it has.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not acceptable',
    meaning: 'The `Accept` header excludes every type this path can answer with.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request timeout',
    meaning: 'The head or the body of the request did not arrive in time. Nothing was done; send it again.',
  },
  'last-owner': {
    status: 409,
    title: 'Last owner',
    meaning:
      'The member is the last owner of the chat, and others are there: it may not leave, be removed or be given a lower role. Nothing was done; make another member owner first.',
  },
  'precondition-failed': {
    status: 412,
    title: 'Precondition failed',
    meaning:
      'What `If-Match` names is not what is there, for it was changed since it was read; or what `If-None-Match` names is there. Nothing was done; read it again.',
  },
  'content-too-large': {
    status: 413,
    title: 'Content too large',
    meaning: `A request body may have at most ${MAX_BODY_BYTES} bytes, after decompression.`,
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'Bodies are `application/json` in UTF-8. `Accept-Post` or `Accept-Patch` say so in the answer.',
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation failed',
    meaning: 'The `Expect` header asks for something other than `100-continue`. Nothing was done.',
  },
  'misdirected-request': {
    status: 421,
    title: 'Misdirected request',
    meaning:
      '`Host` is a name that this server does not go by. While authentication is off it answers to addresses and to names without a dot alone, so that no page of another site reaches it under a name of its own; `ALLOWED_HOSTS` adds names. Nothing was done.',
  },
  'validation-failed': {
    status: 422,
    title: 'Validation failed',
    meaning:
      'The request can be read, but a field or a parameter breaks a rule. `errors` names each of them, the rule (`code`) and what it asks for. Nothing was done.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency key reused',
    meaning:
      'The `Idempotency-Key` was used for a request that meant something else. Nothing was done; a new intention needs a new key.',
  },
  'rate-limited': {
    status: 429,
    title: 'Rate limited',
    meaning: `A user may do this only so often: \`RateLimit-Policy\` says how often, \`Retry-After\` when to try again. It is writes a second, or more than ${MAX_STREAMS_OF_A_USER} event streams at a time. Nothing was done.`,
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    meaning: `The head of a request may have at most ${MAX_HEAD_BYTES / 1024} KiB.`,
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    meaning: 'A defect of the service. Report it with the request id in `instance`.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    meaning:
      'What the service depends on did not answer in time, or the service is stopping. Whether a change was kept is not known. Try again after `Retry-After` seconds.',
  },
} as const satisfies Record<string, { status: number; title: string; meaning: string }>

export type ProblemName = keyof typeof problemTypes

export const problemUri = (name: ProblemName, basePath: string) => `${basePath}/problems/${name}`
