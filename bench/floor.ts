import { isUtf8 } from 'node:buffer'
import express from 'express'
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../src/interfaces/http/endpoint/limits.ts'
import { nestsDeeper } from '../src/interfaces/http/server/json.ts'
import { TEXT } from './database.ts'

/**
 * The floor: Express, its reading of bodies held to our rules, and JSON answers of the size of ours, from no database.
 * What it does, every chat backend on Express does at least.
 */
const PAGE = 20
const now = new Date().toISOString()

const message = (chatId: number, id: number, text = TEXT) => ({
  id,
  chat_id: chatId,
  text,
  created_at: now,
  edited_at: null,
})

const page = (chatId: number) => Array.from({ length: PAGE }, (_, index) => message(chatId, 1000 - index))

const verify = (_req: unknown, _res: unknown, bytes: Buffer) => {
  if (!isUtf8(bytes) || nestsDeeper(bytes, MAX_BODY_DEPTH)) throw new Error('The body breaks a rule')
}
const readBody = express.json({ limit: MAX_BODY_BYTES, strict: false, verify })

const app = express().disable('x-powered-by').disable('etag')

app.post('/chats/:chat_id/messages/', readBody, (req, res) => {
  const { text } = req.body as { text: string }
  res.status(201).json(message(Number(req.params['chat_id']), 1000, text))
})
app.get('/chats/:chat_id/messages/', (req, res) => {
  res.json(page(Number(req.params.chat_id)))
})
app.get('/chats/:chat_id', (req, res) => {
  const id = Number(req.params.chat_id)
  const chat = { id, title: 'Chat 500', created_at: now, updated_at: now, last_message_id: 1000 }
  res.json({ ...chat, messages: page(id) })
})
app.get('/chats/:chat_id/messages/:message_id', (req, res) => {
  res.json(message(Number(req.params.chat_id), Number(req.params.message_id)))
})
app.get('/readyz', (_req, res) => {
  res.json({ status: 'ok' })
})

app.listen(Number(process.env['PORT']), '127.0.0.1')
