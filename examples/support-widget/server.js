import { createApp } from './app.js'
import { createSessions } from './sessions.js'
import { createSupport } from './support.js'

const {
  PORT = '3000',
  MESSENGER_URL = 'http://localhost:8000',
  MESSENGER_KEY,
  AUTH_JWT_SECRET,
  AGENTS = 'anna',
  AGENT_PASSWORD,
} = process.env

if (!MESSENGER_KEY || !AUTH_JWT_SECRET || !AGENT_PASSWORD) {
  console.error('MESSENGER_KEY, AUTH_JWT_SECRET and AGENT_PASSWORD must be set: see README.md')
  process.exit(78)
}

const agents = AGENTS.split(',')
const messenger = { baseUrl: MESSENGER_URL, token: MESSENGER_KEY }
const app = createApp({
  support: createSupport({ messenger, secret: AUTH_JWT_SECRET, agents }),
  sessions: createSessions({ agents, agentPassword: AGENT_PASSWORD }),
  messengerUrl: MESSENGER_URL,
})

app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`Visitors: http://localhost:${PORT}/  Agents: http://localhost:${PORT}/agent.html`)
})
