const inside = (folder) => `^src/${folder}/`

/** The hexagon once more, from the resolved import graph, with the cycles that test/architecture.test.ts cannot see. */
export default {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'The domain knows itself and fp-ts. Nothing else: no io-ts, no ORM, no Node, no other layer.',
      severity: 'error',
      from: { path: inside('domain') },
      to: { pathNot: [inside('domain'), 'node_modules/fp-ts/'] },
    },
    {
      name: 'application-sees-domain',
      comment: 'Use cases and ports know the domain and fp-ts. Adapters come in through ports.',
      severity: 'error',
      from: { path: inside('application') },
      to: { pathNot: [inside('(application|domain)'), 'node_modules/fp-ts/'] },
    },
    {
      name: 'adapters-do-not-meet',
      comment: 'One adapter never imports another. They meet in the composition root.',
      severity: 'error',
      from: { path: '^src/(infrastructure|interfaces)/([^/]+)/' },
      to: { path: '^src/(infrastructure|interfaces)/', pathNot: '^src/$1/$2/' },
    },
    {
      name: 'composition-root-is-the-root',
      comment:
        'Nothing inside the layers imports the files that put them together; only the container knows inversify.',
      severity: 'error',
      from: { path: '^src/(domain|application|infrastructure|interfaces|client|conformance)/' },
      to: { path: ['^src/[^/]+\\.ts$', 'node_modules/(inversify|reflect-metadata)/'] },
    },
    {
      name: 'client-stands-alone',
      comment: 'The client runs in browsers and in the projects of others: it imports nothing but itself.',
      severity: 'error',
      from: { path: inside('client') },
      to: { pathNot: inside('client') },
    },
    {
      name: 'testing-needs-no-database',
      comment: 'The messenger for tests runs on Node 20, without PostgreSQL and what it takes.',
      severity: 'error',
      from: { path: inside('testing') },
      to: {
        path: ['^src/infrastructure/(postgres|embedded-postgres)/', 'node_modules/(@mikro-orm|pg)/'],
      },
    },
    {
      name: 'orm-stays-in-postgres',
      comment: 'Rows and their mapping are the business of one adapter.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: inside('infrastructure/postgres') },
      to: { path: 'node_modules/@mikro-orm/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-strays',
      comment: 'An import that cannot be resolved hides from every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
