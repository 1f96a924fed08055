import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { parse } from 'yaml'
import { nameOf, type Schema, schemaTypes } from './schema-types.ts'

/** Makes src/client/openapi.ts from openapi.yaml: `npm run generate`. */

export const GENERATED = fileURLToPath(new URL('../../src/client/openapi.ts', import.meta.url))

const HEADER = `/**
 * What openapi.yaml says of chats, messages, members, events and keys, as TypeScript. Generated: edit the document, then
 * \`npm run generate\`. test/client/openapi.test.ts fails when the two differ.
 */`

const METHODS = ['get', 'post', 'patch', 'put', 'delete']
const TAGS = ['Chats', 'Messages', 'Members', 'Reactions', 'Reading', 'Events', 'Keys']

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export const readDocument = (): Document =>
  parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Document

interface Documented {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** The operations that a client has a method for. Probes and documentation are for others. */
const clientOperations = ({ paths }: Document): readonly Documented[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation?.tags.some((tag) => TAGS.includes(tag)) ? [{ method, path, operation }] : []
    }),
  )

/** Every reference in the value, and in what those lead to. */
const referencesFrom = (document: Document, value: unknown, found = new Set<string>()): ReadonlySet<string> => {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, member] of Object.entries(value)) {
    if (key !== '$ref' || typeof member !== 'string') referencesFrom(document, member, found)
    else if (!found.has(member)) {
      found.add(member)
      const at = member.slice(2).split('/')
      const target = at.reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], document)
      if (target === undefined) throw new Error(`${member} leads nowhere`)
      referencesFrom(document, target, found)
    }
  }
  return found
}

const operationsTable = (operations: readonly Documented[]): string => {
  const table = operations.map(
    ({ method, path, operation }) =>
      `${operation.operationId}: { method: '${method.toUpperCase()}', path: ${JSON.stringify(path)} },`,
  )
  return `/** The operations on chats, messages, members, events and keys: method and path of each, under its id in \`openapi.yaml\`. */
export const operations = { ${table.join('\n')} } as const`
}

/** The schemas of problems of one type alone, by that type. */
const problemsTable = (schemas: Document['components']['schemas'], names: ReadonlySet<string>): string => {
  const members = Object.entries(schemas).flatMap(([name, { properties }]) => {
    const type = properties?.['type']?.const
    return names.has(name) && typeof type === 'string' ? [`readonly ${JSON.stringify(type)}: ${name}`] : []
  })
  return `/** The problems that bear more than every problem does, by their type. */
export interface ProblemsByType { ${members.join('\n')} }`
}

/** The text of the file for the document. */
export const generate = async (document: Document): Promise<string> => {
  const operations = clientOperations(document)
  const references = referencesFrom(document, operations)
  const { schemas } = document.components
  const names = new Set(Array.from(references, nameOf).filter((name) => name !== undefined))
  const types = schemaTypes(schemas, names)
  const text = [HEADER, ...types, problemsTable(schemas, names), operationsTable(operations)].join('\n\n')
  return format(text, { ...(await resolveConfig(GENERATED)), filepath: GENERATED })
}

if (import.meta.main) writeFileSync(GENERATED, await generate(readDocument()))
