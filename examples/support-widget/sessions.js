import { randomBytes } from 'node:crypto'

const COOKIE = 'support_session'

/** Stands in for the login that your site has already. Who is logged in is known to this process alone. */
export const createSessions = (
  /** @type {{ agents: readonly string[], agentPassword: string }} */ { agents, agentPassword },
) => {
  /** @type {Map<string, { userId: string, isAgent: boolean }>} */
  const sessions = new Map()

  return {
    /** The cookie of a new session; undefined for a name that is none, or a wrong password. */
    logIn: (/** @type {{ name?: unknown, password?: unknown }} */ { name, password }) => {
      if (typeof name !== 'string' || !/^[a-z0-9-]{1,32}$/.test(name)) return undefined
      const isAgent = password !== undefined
      // Names of visitors are never those of agents.
      const userId = isAgent ? name : `visitor-${name}`
      if (isAgent && !(agents.includes(userId) && password === agentPassword)) return undefined
      const id = randomBytes(16).toString('base64url')
      sessions.set(id, { userId, isAgent })
      return `${COOKIE}=${id}; HttpOnly; SameSite=Strict; Path=/`
    },

    /** Who is logged in with the cookies of that request. */
    of: (/** @type {import('node:http').IncomingMessage} */ { headers }) => {
      const [, id = ''] = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? '') ?? []
      return sessions.get(id)
    },
  }
}
