import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { pino } from 'pino'
import { bindFrom } from '../../src/composition/bind-from.ts'
import { memoryStorage } from '../../src/composition/memory-storage.ts'
import { compose, names } from '../../src/container.ts'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import { backgroundFailures } from '../../src/interfaces/http/server/background-failures.ts'

const document = readFileSync('openapi.yaml', 'utf8')
const SILENT = pino({ level: 'silent' })

const composed = (yaml: string) =>
  compose(memoryStorage(), {
    clock: { now: () => new Date() },
    contract: loadContract(yaml),
    logger: SILENT,
    failures: backgroundFailures(SILENT),
    isDraining: () => false,
    streamLimits: { streams: 1, stall: 1000, heartbeat: 1000 },
  })

describe('The composition', () => {
  it('gives every documented operation its endpoint, and knows no other', () => {
    const operations = Array.from(loadContract(document).paths.values(), (listed) => listed.map(({ id }) => id)).flat()
    expect(Object.keys(composed(document).get(names.endpoints))).to.have.members(operations)
  })

  it('does not start without the endpoint of a documented operation', () => {
    const unheardOf =
      "paths:\n  /unheard-of:\n    get: { operationId: hear, responses: { '204': { description: Silence } } }\n"
    const container = composed(document.replace(/^paths:\n/m, unheardOf))
    expect(() => container.get(names.app)).to.throw('no endpoint for operation hear')
  })

  it('makes what is shared once', () => {
    const container = composed(document)
    expect(container.get(names.streams)).to.equal(container.get(names.streams))
    expect(container.get(names.streams)).not.to.equal(composed(document).get(names.streams))
  })

  it('does not compile with one thing in the place of another', () => {
    const bind = (() => ({ toResolvedValue: () => undefined })) as unknown as Parameters<typeof bindFrom>[0]
    // @ts-expect-error: what is made is no clock
    bindFrom(bind, names.clock, { chats: names.chats }, ({ chats }) => chats)
    // @ts-expect-error: a clock is bound to what is needed as chats
    bindFrom(bind, names.chats, { chats: names.clock }, ({ chats }) => chats)
  })
})
