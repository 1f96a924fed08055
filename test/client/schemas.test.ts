import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import {
  type Chat,
  type ChatWithMessages,
  type CreateChat,
  type EditMessage,
  errorCodes,
  type FieldError,
  type Message,
  type ParameterError,
  type Problem,
  problemTypes,
  type RenameChat,
  type SendMessage,
  type Tombstone,
} from '../../src/client/index.ts'

type Word<A> = [A] extends [number] ? 'integer' : [A] extends [string] ? 'string' : [A] extends [string | null] ? 'string or null' : 'array' // prettier-ignore

/** A type spelled out: each member, whether it may be absent, and what it is. The compiler holds it to the type. */
type Shape<A> = {
  readonly [Name in keyof A]-?: object extends Pick<A, Name>
    ? `optional ${Word<Exclude<A[Name], undefined>>}`
    : Word<A[Name]>
}

const message: Shape<Message> = {
  id: 'integer',
  chat_id: 'integer',
  text: 'string',
  created_at: 'string',
  edited_at: 'string or null',
}
const chat: Shape<Chat> = {
  id: 'integer',
  title: 'string',
  created_at: 'string',
  updated_at: 'string',
  last_message_id: 'integer',
}
const chatWithMessages: Shape<ChatWithMessages> = { ...chat, messages: 'array' }
const tombstone: Shape<Tombstone> = {
  id: 'integer',
  chat_id: 'integer',
  created_at: 'string',
  edited_at: 'string or null',
  deleted_at: 'string',
}
const problem: Shape<Problem> = {
  type: 'string',
  title: 'string',
  status: 'integer',
  detail: 'string',
  instance: 'string',
  errors: 'optional array',
}
const fieldError: Shape<FieldError> = { pointer: 'string', code: 'string', detail: 'string' }
const parameterError: Shape<ParameterError> = { parameter: 'string', code: 'string', detail: 'string' }
const title: Shape<CreateChat> & Shape<RenameChat> = { title: 'string' }
const text: Shape<SendMessage> & Shape<EditMessage> = { text: 'string' }

const shapes = {
  Chat: chat,
  ChatWithMessages: chatWithMessages,
  Message: message,
  Tombstone: tombstone,
  CreateChat: title,
  RenameChat: title,
  SendMessage: text,
  EditMessage: text,
  Problem: problem,
  FieldError: fieldError,
  ParameterError: parameterError,
}

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const { schemas } = (
  parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
    components: { schemas: Readonly<Record<string, Schema>> }
  }
).components

const wordOf = ({ $ref, type, anyOf }: Schema): string => {
  if ($ref !== undefined) return wordOf(schemas[$ref.split('/').at(-1) ?? ''] ?? {})
  return anyOf ? anyOf.map(wordOf).join(' or ') : String(type)
}

const shapeOf = ({ properties = {}, required = [] }: Schema) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      required.includes(name) ? wordOf(property) : `optional ${wordOf(property)}`,
    ]),
  )

describe("The client's types", () => {
  for (const [name, shape] of Object.entries(shapes))
    it(`say of ${name} what openapi.yaml says`, () => {
      expect(shape).to.deep.equal(shapeOf(schemas[name] ?? {}))
    })

  it('know every type of problem and every rule', () => {
    expect([...problemTypes]).to.have.members([...(schemas['ProblemType']?.enum ?? [])])
    expect([...errorCodes]).to.have.members([...(schemas['ErrorCode']?.enum ?? [])])
  })

  it('cover every schema that an operation on chats, messages and events sends or receives', () => {
    const known = [...Object.keys(shapes), 'ProblemType', 'ErrorCode']
    const events = ['BeginEvent', 'MessageEvent', 'ChatEvent', 'ChatDeletedEvent']
    const operational = ['Liveness', 'Readiness', 'ReadinessChecks', 'ReadinessProblem', 'OpenapiDocument']
    const objects = Object.keys(schemas).filter((name) => schemas[name]?.type === 'object')
    expect(objects.filter((name) => ![...known, ...events, ...operational].includes(name))).to.deep.equal([])
  })
})
