import { SignJWT } from 'jose'
import { createClient, isProblem } from 'messenger-api/client'

/** Seconds for which a token is good. Short: whoever is logged out here is a stranger to the messenger soon after. */
const LIFETIME = 300

/**
 * What the backend does with the messenger: it lets users in, and opens the chats. Everything else the pages do themselves.
 *
 * @param {object} settings
 * @param {import('messenger-api/client').ClientOptions} settings.messenger With the key of a service: read, write, act.
 * @param {string} settings.secret The messenger's AUTH_JWT_SECRET.
 * @param {readonly string[]} settings.agents User ids of who answers.
 * @param {() => Date} [settings.now]
 */
export const createSupport = ({ messenger, secret, agents, now = () => new Date() }) => {
  const backend = createClient(messenger)
  const key = new TextEncoder().encode(secret)

  return {
    /** A token of that user, who is logged in here. */
    tokenFor: async (/** @type {string} */ userId) => {
      const seconds = Math.floor(now().getTime() / 1000)
      const token = await new SignJWT({ sub: userId })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + LIFETIME)
        .sign(key)
      return { token, expires_in: LIFETIME }
    },

    /**
     * The chat of that visitor with the agents. Asked twice, by two tabs or after an answer that was lost, it is the same one: the
     * key says what is meant, whichever of our servers says it. So what is made under it never differs, and agents, who come and
     * go, are put into it afterwards.
     */
    openChat: async (/** @type {string} */ userId) => {
      const chat = { title: `Support for ${userId}`, metadata: { visitor: userId } }
      const { id } = await backend.createChat(chat, { idempotencyKey: `support-${userId}` })
      for (const agent of agents) await join(id, agent, 'owner')
      await join(id, userId, 'member')
      return id
    },
  }

  /** Nothing happens to who is a member already. */
  async function join(
    /** @type {number} */ chatId,
    /** @type {string} */ userId,
    /** @type {'owner' | 'member'} */ role,
  ) {
    try {
      await backend.getMember(chatId, userId)
    } catch (error) {
      if (!isProblem(error, 'not-found')) throw error
      await backend.putMember(chatId, userId, { role })
    }
  }
}
