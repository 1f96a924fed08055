import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { chatsContract } from './chats.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('Chats in memory', () => chatsContract(async () => memoryChats()))

describe('Chats in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  chatsContract(async () => (await emptied()).chats)
})
