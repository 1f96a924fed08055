import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { createClient } from 'messenger-api/client'
import { createMessenger } from 'messenger-api/testing'
import { createApp } from '../app.js'
import { createSessions } from '../sessions.js'
import { createSupport } from '../support.js'

const secret = 'for these tests only: 32 bytes or more'
const messenger = createMessenger({ authentication: { secret } })
const token = await messenger.keyFor(['read', 'write', 'act'])
const agents = ['anna']
const app = createApp({
  support: createSupport({
    messenger: { fetch: messenger.fetch, token, attempts: 1 },
    secret,
    agents,
    now: messenger.clock.now,
  }),
  sessions: createSessions({ agents, agentPassword: 'let me in' }),
  messengerUrl: 'https://chat.example.org/messenger',
})
app.listen(0, '127.0.0.1')
await once(app, 'listening')
const site = `http://127.0.0.1:${app.address().port}`

after(async () => {
  app.close()
  await messenger.close()
})

const post = (path, body = {}, cookie = '') =>
  fetch(site + path, { method: 'POST', body: JSON.stringify(body), headers: { cookie } })

const cookieOf = async (fields) => {
  const response = await post('/login', fields)
  assert.equal(response.status, 204)
  assert.match(response.headers.get('set-cookie'), /; HttpOnly; SameSite=Strict/)
  return response.headers.get('set-cookie').split(';')[0]
}

test('who is logged in gets a token, a chat, and nobody else does', async () => {
  for (const path of ['/token', '/chat']) assert.equal((await post(path)).status, 401)
  const cookie = await cookieOf({ name: 'joe' })
  const { chat_id } = await (await post('/chat', {}, cookie)).json()
  const session = await (await post('/token', {}, cookie)).json()
  assert.equal(session.user_id, 'visitor-joe')
  const joe = createClient({ fetch: messenger.fetch, token: session.token })
  assert.equal((await joe.sendMessage(chat_id, { text: 'Hello?' })).author, 'visitor-joe')
})

test('an agent is who knows the password', async () => {
  for (const fields of [
    { name: 'anna', password: 'x' },
    { name: 'joe', password: 'let me in' },
    { name: 'a/b' },
    [],
    7,
  ])
    assert.equal((await post('/login', fields)).status, 403)
  const cookie = await cookieOf({ name: 'anna', password: 'let me in' })
  assert.equal((await (await post('/token', {}, cookie)).json()).user_id, 'anna')
  assert.equal((await post('/chat', {}, cookie)).status, 401)
  // A visitor who calls itself so is another.
  assert.equal((await (await post('/token', {}, await cookieOf({ name: 'anna' }))).json()).user_id, 'visitor-anna')
})

test('pages run nothing but their own scripts, and speak to the messenger', async () => {
  for (const path of ['/', '/agent.html', '/panel.js', '/client/index.js']) {
    const response = await fetch(site + path)
    assert.equal(response.status, 200, path)
    const policy = response.headers.get('content-security-policy')
    assert.match(policy, /default-src 'none'; script-src 'self';/)
    assert.match(policy, /connect-src 'self' https:\/\/chat\.example\.org;/)
    assert.doesNotMatch(await response.text(), /<script>|<style|\son\w+=|unsafe-inline/)
  }
  for (const path of ['/server.js', '/client/../package.json', '/client/%2e%2e/package.json', '/no.js'])
    assert.equal((await fetch(site + path)).status, 404, path)
})

test('a messenger that is away is an error of the site, and not its end', async (context) => {
  context.mock.method(console, 'error', () => undefined)
  messenger.fail('unavailable')
  const cookie = await cookieOf({ name: 'eve' })
  assert.equal((await post('/chat', {}, cookie)).status, 502)
  assert.equal((await post('/chat', {}, cookie)).status, 200)
})
