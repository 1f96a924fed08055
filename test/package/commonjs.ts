/** Consumers that are CommonJS, in a folder of their own below that of the others. */

const USES = `
const messenger = createMessenger()
const client = createClient({ fetch: messenger.fetch })
void client
  .createChat({ title: ' ' })
  .catch((error: unknown) => {
    if (!isProblem(error, 'validation-failed')) throw error
    console.log(error.problem.errors.map(({ code }) => code).join(), typeof conformance)
  })
  .finally(() => messenger.close())
`

const NAMES: Readonly<Record<string, string>> = {
  client: '{ createClient, isProblem }',
  testing: '{ createMessenger }',
  conformance: '{ conformance }',
}

const every = (statement: (names: string, module: string) => string) =>
  Object.entries(NAMES).map(([entry, names]) => `${statement(names, `'messenger-api/${entry}'`)}\n`)

/** What each of them prints. */
export const PRINTED = 'blank function\n'

/** How TypeScript may be told to make CommonJS, with what to look for modules by. */
export const COMPILED_AS = {
  'module commonjs': { module: 'commonjs' },
  'module commonjs, as Node 10 looks for modules': {
    module: 'commonjs',
    moduleResolution: 'node10',
    ignoreDeprecations: '6.0',
  },
  'module node16': { module: 'node16' },
} as const

export const compilerOptions = (how: object) => ({
  compilerOptions: { target: 'es2022', types: ['node'], strict: true, skipLibCheck: true, outDir: 'out', ...how },
  files: ['uses.ts'],
})

export const commonJsConsumer: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "commonjs" }',
  'plain.js': [...every((names, module) => `const ${names} = require(${module})`), USES.replace(': unknown', '')].join(
    '',
  ),
  'uses.ts': [...every((names, module) => `import ${names} from ${module}`), USES].join(''),
}
