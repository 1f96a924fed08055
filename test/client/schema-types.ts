/** A JSON Schema, as far as it says something about types. */
export interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
}

type Schemas = Readonly<Record<string, Schema>>

/** The name of the schema that the reference leads to; undefined when it leads to something else. */
export const nameOf = (reference: string): string | undefined =>
  /^#\/components\/schemas\/([^/]+)$/.exec(reference)?.[1]

/** Objects and closed lists of values keep their names. Every other schema is written out where it is used. */
const keepsName = (schema: Schema) => schema.type === 'object' || schema.enum !== undefined

/** Keywords that leave the type as it is. What is neither here nor in `Schema` is refused: its type would be wrong. */
const NOT_OF_TYPES = new Set(
  'format pattern minLength maxLength minimum maximum minItems maxItems uniqueItems maxProperties default examples x-max-bytes x-max-levels'.split(
    ' ',
  ),
)
const OF_TYPES = new Set(
  '$ref description type const enum anyOf oneOf items properties required additionalProperties'.split(' '),
)

const checkKeywords = (schema: Schema) => {
  for (const keyword of Object.keys(schema))
    if (!OF_TYPES.has(keyword) && !NOT_OF_TYPES.has(keyword)) throw misunderstood(keyword, schema)
  const { properties, additionalProperties } = schema
  if (typeof additionalProperties === 'object' || (properties && additionalProperties))
    throw misunderstood('additionalProperties', schema)
}

const misunderstood = (keyword: string, schema: Schema) =>
  new Error(`${keyword} says something of types that is not understood here: ${JSON.stringify(schema)}`)

const literal = (value: unknown) => JSON.stringify(value)

const comment = (description: string | undefined): string => {
  const lines = (description ?? '').trim().replaceAll('*/', '*\\/').split('\n')
  if (lines.length > 1) return `/**\n${lines.map((line) => ` * ${line}`).join('\n')}\n */\n`
  return lines[0] === '' ? '' : `/** ${lines[0]} */\n`
}

const pluralOf = (noun: string): string => (noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`)

/** The schemas called `names`, as declarations, in their order in the document. */
export const schemaTypes = (schemas: Schemas, names: ReadonlySet<string>): readonly string[] => {
  const target = (reference: string): readonly [name: string, schema: Schema] => {
    const name = nameOf(reference)
    const schema = name === undefined ? undefined : schemas[name]
    if (name === undefined || schema === undefined) throw new Error(`${reference} is no schema`)
    return [name, schema]
  }

  const typeOf = (schema: Schema): string => {
    checkKeywords(schema)
    const { $ref, type, items, anyOf, oneOf = anyOf } = schema
    if ($ref !== undefined) {
      const [name, there] = target($ref)
      return keepsName(there) ? name : typeOf(there)
    }
    if ('const' in schema) return literal(schema.const)
    if (schema.enum) return schema.enum.map(literal).join(' | ')
    if (oneOf) return oneOf.map(typeOf).join(' | ')
    if (Array.isArray(type)) return (type as string[]).map((one) => typeOf({ ...schema, type: one })).join(' | ')
    if (type === 'object')
      return schema.properties || isOpen(schema) ? `{ ${membersOf(schema)} }` : 'Readonly<Record<string, never>>'
    if (type === 'array' && items) return `readonly (${typeOf(items)})[]`
    if (type === 'integer' || type === 'number') return 'number'
    if (type === 'string' || type === 'boolean' || type === 'null') return type
    throw new Error(`no type is known for ${JSON.stringify(schema)}`)
  }

  /** What stands beside a reference goes before what stands behind it. */
  const descriptionOf = ({ $ref, description }: Schema): string | undefined =>
    description ?? ($ref === undefined ? undefined : descriptionOf(target($ref)[1]))

  /** An object of which nothing is known has any members; all others have those that are named. */
  const isOpen = ({ properties, additionalProperties }: Schema) => !properties && additionalProperties === true

  const membersOf = (schema: Schema): string =>
    isOpen(schema) ? 'readonly [name: string]: unknown' : namedMembersOf(schema)

  const namedMembersOf = ({ properties = {}, required = [] }: Schema): string =>
    Object.entries(properties)
      .map(([name, property]) => {
        const optional = required.includes(name) ? '' : '?'
        return `${comment(descriptionOf(property))}readonly ${name}${optional}: ${typeOf(property)}`
      })
      .join('\n')

  const declarationOf = (name: string, schema: Schema): string => {
    checkKeywords(schema)
    const described = comment(schema.description)
    if (!schema.enum) return `${described}export interface ${name} { ${membersOf(schema)} }`
    const list = pluralOf(`${name.charAt(0).toLowerCase()}${name.slice(1)}`)
    return `/** Every \`${name}\`. */
export const ${list} = [${schema.enum.map(literal).join(', ')}] as const

${described}export type ${name} = (typeof ${list})[number]`
  }

  return Object.entries(schemas)
    .filter(([name, schema]) => names.has(name) && keepsName(schema))
    .map(([name, schema]) => declarationOf(name, schema))
}
