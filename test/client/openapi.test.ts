import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { GENERATED, generate, readDocument } from './generate.ts'

const generated = readFileSync(GENERATED, 'utf8')

const namesIn = (text: string, declaration: RegExp) => Array.from(text.matchAll(declaration), ([, name]) => name)

describe("The client's openapi.ts", () => {
  it('is what openapi.yaml says', async () => {
    expect(generated === (await generate(readDocument())), 'openapi.yaml has changed: npm run generate').to.equal(true)
  })

  it('imports nothing', () => {
    expect(generated).to.not.match(/^import\b|\bfrom '|\bimport\(/m)
  })

  it('is public under the names of the document, but for the envelopes of events', () => {
    const envelopes =
      /^(Begin|Message|Member|Chat|ChatDeleted|Typing|Read|InboxChats|InboxEntry|InboxEntryRemoved)Event$/
    const schemas = readFileSync(new URL('../../src/client/schemas.ts', import.meta.url), 'utf8')
    expect(namesIn(schemas, /^ {2}(\w+),$/gm)).to.have.members(
      namesIn(generated, /^export (?:interface|type) (\w+)/gm).filter((name = '') => !envelopes.test(name)),
    )
  })

  it('has a new member of a schema, described, without another edit', async () => {
    const document = readDocument()
    const { Message } = document.components.schemas
    const properties = { ...Message?.properties, mood: { description: 'How it was meant.', type: 'string' } }
    const schemas = { ...document.components.schemas, Message: { ...Message, properties } }
    const text = await generate({ ...document, components: { ...document.components, schemas } })
    expect(text).to.match(/interface Message \{[^}]*\/\*\* How it was meant\. \*\/\n {2}readonly mood\?: string\n\}/)
  })

  it('leaves out what is for others than clients', () => {
    expect(generated).to.not.match(/Readiness|Liveness|OpenapiDocument|readyz|getMetrics|\/metrics/)
  })
})
