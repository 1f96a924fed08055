import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { limits } from '../../src/conformance/limits.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

interface Bounds {
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maximum?: number
  readonly default?: number
  readonly pattern?: string
  readonly 'x-max-bytes'?: number
  readonly 'x-max-levels'?: number
}

interface Schema extends Bounds {
  readonly description: string
  readonly properties?: Readonly<Record<string, Bounds>>
}

const { info, components } = parse(read('openapi.yaml')) as {
  info: { description: string }
  components: {
    schemas: Readonly<Record<string, Schema>>
    parameters: Readonly<Record<string, { readonly description: string; readonly schema: Bounds }>>
  }
}
const { schemas, parameters } = components

/** White space and the stars of comments do not count: sentences are wrapped. */
const words = (text: string) => text.replaceAll(/\s+(?:\* )?/g, ' ')

describe('The limits of the conformance suite', () => {
  it('are those of openapi.yaml', () => {
    expect(limits.title).to.equal(schemas['ChatTitle']?.maxLength)
    expect(limits.text).to.equal(schemas['MessageText']?.maxLength)
    expect(limits.metadata).to.equal(schemas['Metadata']?.['x-max-bytes'])
    expect(limits.metadataLevels).to.equal(schemas['Metadata']?.['x-max-levels'])
    expect(limits.reaction).to.equal(schemas['Reaction']?.maxLength)
    expect(limits.reactions).to.equal(schemas['Message']?.properties?.['reactions']?.maxItems)
    expect(limits.page).to.equal(parameters['Limit']?.schema.maximum)
    expect(limits.defaultPage).to.equal(parameters['Limit']?.schema.default)
  })

  it('are those of the pattern for keys', () => {
    const pattern = new RegExp(parameters['IdempotencyKey']?.schema.pattern ?? '')
    const isKey = (length: number, quote: string) => pattern.test(quote + 'x'.repeat(length) + quote)
    for (const quote of ['', '"'])
      expect([isKey(limits.key, quote), isKey(limits.key + 1, quote)]).to.deep.equal([true, false])
  })
})

/** Who says a limit in words, and how. */
const said: readonly (readonly [where: string, text: string, sentence: string])[] = [
  ['openapi.yaml', info.description, `at most ${limits.body / 1024} KiB, nested at most ${limits.depth} deep`],
  ['a title', schemas['ChatTitleInput']?.description ?? '', `1 to ${limits.title} code points`],
  ['a text', schemas['MessageTextInput']?.description ?? '', `1 to ${limits.text} code points`],
  [
    'metadata',
    schemas['Metadata']?.description ?? '',
    `at most ${limits.metadata} bytes as compact JSON in UTF-8, and ${limits.metadataLevels} levels`,
  ],
  ['a reaction', schemas['Reaction']?.description ?? '', `1 to ${limits.reaction} code points`],
  ['the README, of metadata', read('README.md'), `at most ${limits.metadata} bytes as compact JSON`],
  ['the README, of its levels', read('README.md'), `and ${limits.metadataLevels} levels`],
  ['the README, of a reaction', read('README.md'), `are 1 to ${limits.reaction} code points`],
  ['the README, of reactions', read('README.md'), `up to ${limits.reactions} different ones`],
  ['addReaction', read('openapi.yaml'), `A message has at most ${limits.reactions} different reactions`],
  ['Idempotency-Key', parameters['IdempotencyKey']?.description ?? '', `1 to ${limits.key} visible ASCII characters`],
  [
    'chat_id',
    parameters['FollowedChats']?.description ?? '',
    `at most ${parameters['FollowedChats']?.schema.maxItems} times`,
  ],
  ['Selection', read('src/client/options.ts'), `the last \`limit\` (${limits.defaultPage}) entries`],
  ['MemberSelection', read('src/client/options.ts'), `the first \`limit\` (${limits.defaultPage})`],
  ['listOwnReactions', read('src/client/client.ts'), `the last \`limit\` (${limits.defaultPage}) messages that it`],
  ['getChat', read('src/client/client.ts'), `its last \`limit\` (${limits.defaultPage}) messages`],
  [
    'the guide',
    read('docs/testing-your-code.md'),
    `up to ${parameters['FollowedChats']?.schema.maxItems} chats over one connection`,
  ],
]

describe('A limit said in words', () => {
  for (const [where, text, sentence] of said)
    it(`is the one that holds: ${where}`, () => {
      expect(words(text)).to.include(sentence)
    })
})
