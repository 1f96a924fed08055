import type { Layer } from './layer.ts'
import { layersOfSrc } from './layers-of-src.ts'

const DOMAIN = 'src/domain'
const PORTS = 'src/application/ports'
const HTTP = 'src/interfaces/http'

const layersBesideSrc: readonly Layer[] = [
  {
    path: 'migrations',
    may: 'src/infrastructure/postgres/distribution/beside-chats.ts @mikro-orm/migrations',
    because: 'a migration that was applied must not change with the code; one sentence of Citus is the same for all',
  },
  {
    path: 'bench',
    may: `${DOMAIN} src/infrastructure ${HTTP}/endpoint/limits.ts ${HTTP}/server/json.ts autocannon express fp-ts jose pg node:`,
    because:
      'the service is measured as a process; what is imported prepares databases, tokens and the handler it is held against',
  },
  {
    path: 'bench/cluster',
    may: `bench src/infrastructure pg node:`,
    because: 'a cluster is measured as the service is anywhere, beside a plain database',
  },

  {
    path: 'test/*',
    may: `src/* src/client src/composition ${PORTS} ${DOMAIN} src/infrastructure test/architecture ajv chai fp-ts pg pino yaml node:`,
    because: 'what tests share knows none of them',
  },
  {
    path: 'test/application',
    may: `src/application src/infrastructure/memory src/infrastructure/crypto ${DOMAIN} test/* chai fast-check fp-ts node:`,
    because: 'use cases and state machines are tested over memory, or ports in the hands of the test',
  },
  { path: 'test/architecture', may: 'chai typescript node:', because: 'code is judged here as text, and never run' },
  {
    path: 'test/bench',
    may: 'bench test/* chai fast-check',
    because: 'what the bench reads and counts by itself is tested, and nothing is measured',
  },
  {
    path: 'test/citus',
    may: `src/* src/client src/conformance src/infrastructure ${PORTS} ${DOMAIN} test/* test/contract chai pg node:`,
    because: 'what is promised anywhere is promised on a cluster, and held to the same suites',
  },
  {
    path: 'test/client',
    may: 'src/client src/testing test/* chai fast-check prettier yaml node:',
    because: 'the client is tested with what its users have',
  },
  {
    path: 'test/composition',
    may: `src/* src/config src/composition ${HTTP} test/* test/process/server-process.ts chai pino node:`,
    because: 'the composition is tested as processes use it',
  },
  {
    path: 'test/conformance',
    may: `src/* src/conformance src/testing ${PORTS} ${DOMAIN} test/* chai fp-ts yaml node:`,
    because: 'the suite is held against messengers that are broken through their ports',
  },
  {
    path: 'test/console',
    may: `src/client src/console ${DOMAIN} test/* chai fast-check typescript node:`,
    because:
      'what of the console needs no browser is tested without one, and what it offers is held to what is allowed',
  },
  {
    path: 'test/contract',
    may: `src/infrastructure ${PORTS} ${DOMAIN} test/* chai fast-check fp-ts pg node:`,
    because: 'a contract is a promise of a port, whatever stands above it',
  },
  {
    path: 'test/docker',
    may: 'src/client src/conformance test/* node:',
    because: 'a deployment is judged from outside',
  },
  {
    path: 'test/domain',
    may: `${DOMAIN} test/* chai fast-check fp-ts node:`,
    because: 'the domain is tested with plain data, and what the README says of it is held to it',
  },
  {
    path: 'test/first-hour',
    may: 'src/config.ts test/console-steps.ts test/free-port.ts chai yaml node:',
    because: 'somebody new has the documents and nothing of ours; what the service would read is kept from them',
  },
  {
    path: 'test/infrastructure',
    may: `src/* src/composition/storage.ts src/infrastructure src/application/following ${PORTS} ${DOMAIN} test/* chai fast-check fp-ts jose pg node:`,
    because: 'adapters are tested without use cases and without HTTP',
  },
  {
    path: 'test/interfaces',
    may: `src/* src/composition src/testing src/infrastructure ${HTTP} src/application ${DOMAIN} test/*
          src/client test/infrastructure/auth/key-server.ts test/infrastructure/auth/tokens.ts
          chai fast-check fp-ts io-ts pg pino prom-client typescript yaml node:`,
    because:
      'HTTP is tested through requests to a whole messenger, its parts over any storage, its callers with what issuers have',
  },
  {
    path: 'test/operating',
    may: 'src/* src/client src/conformance src/composition/storage.ts test/* test/process/server-process.ts chai fp-ts kubernetes-models pg yaml node:',
    because: 'recipes of the handbook are followed from outside, with the programs that they are for',
  },
  {
    path: 'test/package',
    may: 'test/* test/process/chromium.ts playwright-core node:',
    because: 'the package is built and tried as its users do it, and its worked example looked at in a browser',
  },
  {
    path: 'test/process',
    may: `src/* src/client src/composition/storage.ts ${DOMAIN}/caller.ts ${DOMAIN}/identity.ts test/* test/operating/recipes.ts
          axe-core chai fp-ts pg playwright-core typescript node:`,
    because: 'whole processes are tested from outside; a browser is given the client as JavaScript',
  },
  {
    path: 'test/reading',
    may: `src/* src/application src/composition src/testing ${HTTP} ${DOMAIN} test/*
          test/contract/member-model.ts test/contract/member-steps.ts chai fast-check fp-ts`,
    because: 'use cases and whole messengers are held to one model of what is read, which goes on from that of members',
  },
  {
    path: 'test/workers',
    may: 'src/workers chai prom-client node:',
    because: 'what processes decide and sum up together is tested without any; the processes are in test/process',
  },
  {
    path: 'test/testing',
    may: 'src/client src/testing test/* test/client/rejection.ts chai node:',
    because: 'the messenger for tests is tested with what its users have',
  },
]

/** The one table of dependency rules: `test/architecture.test.ts` and `.dependency-cruiser.mjs` both read it. */
export const layers: readonly Layer[] = [...layersOfSrc, ...layersBesideSrc]
