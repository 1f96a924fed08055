import type { ApiKey } from '../../../domain/keys/api-key.ts'
import { shownTime, type View } from '../chats/view.ts'

export const keyView = ({
  id,
  name,
  prefix,
  scopes,
  chatIds,
  createdAt,
  expiresAt,
  lastUsedAt,
}: ApiKey): View<ApiKey> => ({
  id,
  name,
  prefix,
  scopes,
  chat_ids: chatIds,
  created_at: shownTime(createdAt),
  expires_at: shownTime(expiresAt),
  last_used_at: shownTime(lastUsedAt),
})
