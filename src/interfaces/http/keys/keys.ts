import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { CreateKey, MadeKey } from '../../../application/keys/create-key.ts'
import type { ListKeys } from '../../../application/keys/list-keys.ts'
import type { RevokeKey } from '../../../application/keys/revoke-key.ts'
import {
  KeyChatsCodec,
  KeyCursorCodec,
  KeyExpiryCodec,
  KeyIdCodec,
  KeyNameCodec,
  KeyPositionCodec,
  KeyScopesCodec,
  only,
  onlySome,
  PageLimitCodec,
} from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional, tagOfContent } from '../endpoint/etags.ts'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { linkHeader, pageLinks, selectionOf } from '../endpoint/paging.ts'
import { json, noContent } from '../endpoint/reply.ts'
import { keyView } from './views.ts'

export const CreateKeyRequest = t.type({
  body: only({
    name: KeyNameCodec,
    scopes: KeyScopesCodec,
    chat_ids: KeyChatsCodec,
    expires_at: KeyExpiryCodec,
  }),
})
export const ListKeysRequest = t.type({
  headers: Conditional,
  query: onlySome({ limit: PageLimitCodec, before: KeyIdCodec, after: KeyPositionCodec, cursor: KeyCursorCodec }),
})
export const RevokeKeyRequest = t.type({ headers: Conditional, path: only({ key_id: KeyIdCodec }) })

/** The one answer that shows the secret. */
const madeKeyView = ({ key, secret }: MadeKey) => ({ ...keyView(key), secret })

const NO_TAG: ProtocolFailure = { kind: 'PreconditionFailed', detail: 'A key has no ETag' }

/** What is there has no tag: no list has it, and `*` alone says something of it (RFC 9110, section 13.1). */
const cannotBeMet = (conditions: t.TypeOf<typeof Conditional>) =>
  (conditions['if-match'] ?? '*') !== '*' || conditions['if-none-match'] === '*'

export interface KeyUseCases {
  readonly createKey: CreateKey
  readonly listKeys: ListKeys
  readonly revokeKey: RevokeKey
}

export const keyEndpoints = (contract: Contract, { createKey, listKeys, revokeKey }: KeyUseCases) => ({
  createKey: endpoint(contract.operation('createKey'), CreateKeyRequest, ({ body }, caller) =>
    pipe(
      createKey(caller, {
        name: body.name,
        scopes: body.scopes,
        chatIds: body.chat_ids,
        expiresAt: body.expires_at,
      }),
      TE.map((made) => json(201, madeKeyView(made), { Location: `/keys/${made.key.id}`, 'Cache-Control': 'no-store' })),
    ),
  ),

  listKeys: endpoint(contract.operation('listKeys'), ListKeysRequest, ({ query }, caller) =>
    pipe(
      listKeys(caller, selectionOf(query)),
      TE.map((page) => {
        const body = page.entries.map(keyView)
        return json(200, body, { ...linkHeader(pageLinks('/keys/', query, page)), ETag: tagOfContent(body) })
      }),
    ),
  ),

  revokeKey: endpoint(contract.operation('revokeKey'), RevokeKeyRequest, ({ headers, path }, caller) => {
    if (cannotBeMet(headers)) return TE.left(NO_TAG)
    return pipe(
      revokeKey(caller, path.key_id),
      TE.map(() => noContent),
    )
  }),
})
