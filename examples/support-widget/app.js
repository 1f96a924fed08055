import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const PAGES = fileURLToPath(new URL('./public', import.meta.url))
/** The client as the package has it: modules that browsers load as they are. */
const CLIENT = fileURLToPath(new URL('.', import.meta.resolve('messenger-api/client')))

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' }

/** Pages run scripts and styles of this origin alone, and speak to it and to the messenger. */
const policyFor = (/** @type {string} */ messengerUrl) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${new URL(messengerUrl).origin}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/**
 * The site: pages, and three things that they ask of it.
 *
 * @param {object} parts
 * @param {ReturnType<typeof import('./support.js').createSupport>} parts.support
 * @param {ReturnType<typeof import('./sessions.js').createSessions>} parts.sessions
 * @param {string} parts.messengerUrl Where browsers find the messenger.
 */
export const createApp = ({ support, sessions, messengerUrl }) => {
  const security = {
    'Content-Security-Policy': policyFor(messengerUrl),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  }

  const actions = {
    'POST /login': async (req, res) => {
      const cookie = sessions.logIn(await bodyOf(req))
      if (!cookie) return answer(res, 403, { error: 'No such name, or not that password' })
      res.setHeader('Set-Cookie', cookie)
      answer(res, 204)
    },
    'POST /token': async (req, res) => {
      const session = sessions.of(req)
      if (!session) return answer(res, 401, { error: 'Nobody is logged in' })
      const { userId } = session
      answer(res, 200, { user_id: userId, messenger_url: messengerUrl, ...(await support.tokenFor(userId)) })
    },
    'POST /chat': async (req, res) => {
      const session = sessions.of(req)
      if (!session || session.isAgent) return answer(res, 401, { error: 'No visitor is logged in' })
      answer(res, 200, { chat_id: await support.openChat(session.userId) })
    },
  }

  return createServer(async (req, res) => {
    for (const [name, value] of Object.entries(security)) res.setHeader(name, value)
    try {
      const { pathname } = new URL(req.url ?? '/', 'http://here')
      const action = actions[`${req.method} ${pathname}`]
      if (action) return await action(req, res)
      if (req.method !== 'GET') return answer(res, 405, { error: 'No' })
      await sendFile(res, pathname)
    } catch (error) {
      console.error(error)
      answer(res, 502, { error: 'The messenger could not be asked' })
    }
  })
}

const answer = (res, status, body) => {
  res.statusCode = status
  if (body === undefined) return res.end()
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(body))
}

/** A small object of JSON. Anything else says nothing. */
const bodyOf = async (req) => {
  let text = ''
  for await (const piece of req) if ((text += piece).length > 1000) return {}
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

const sendFile = async (res, pathname) => {
  const path = normalize(pathname === '/' ? '/visitor.html' : pathname)
  const file = path.startsWith('/client/') ? join(CLIENT, path.slice('/client/'.length)) : join(PAGES, path)
  const type = TYPES[extname(file)]
  const text = type && (await readFile(file).catch(() => undefined))
  if (!text) return answer(res, 404, { error: 'Nothing is here' })
  res.setHeader('Content-Type', type)
  res.end(text)
}
