import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { parse } from 'yaml'
import { readConfig } from '../../../src/config.ts'
import { JWT_SECRET } from '../../credentials.ts'
import { right } from '../../fixtures.ts'
import { releasing } from '../../releasing.ts'
import { folder, manifests, textOf } from './deployed.ts'
import type { Budget, Deployment, Manifest, Policy, Service } from './manifest.ts'
import { violationsOf } from './violations.ts'

const theOne = (kind: string): Manifest => {
  const [found, ...more] = manifests.filter((manifest) => manifest.kind === kind)
  if (!found || more.length > 0) throw new Error(`there is not one ${kind}`)
  return found
}

describe('The manifests for Kubernetes', () => {
  const hold = releasing()
  const deployment = theOne('Deployment') as Deployment
  const { template } = deployment.spec
  const { spec: pod } = template
  const [container] = pod.containers
  const secrets = pod.volumes.find(({ secret }) => secret)

  const aFolder = () =>
    hold(mkdtempSync(join(tmpdir(), 'messenger-kubernetes-')), (it) => rmSync(it, { recursive: true }))

  it('are all listed', () => {
    const { resources } = parse(textOf('kustomization.yaml')) as { readonly resources: readonly string[] }
    expect([...resources, 'kustomization.yaml']).to.have.members(readdirSync(folder))
  })

  it('have the fields that Kubernetes has, and values that it takes', async () => {
    for (const manifest of manifests) expect(await violationsOf(manifest), manifest.kind).to.deep.equal([])
  })

  it('would be found out by that check', async () => {
    const broken = (change: (copy: Deployment) => unknown) => {
      const copy = structuredClone(deployment)
      change(copy)
      return violationsOf(copy)
    }
    const [spelt] = await broken(({ spec }) => Object.assign(spec.template.spec, { terminationGraceSeconds: 35 }))
    expect(spelt).to.equal('/spec/template/spec/terminationGraceSeconds is no field')
    const deep = await broken(({ spec }) =>
      Object.assign(spec.template.spec.containers[0].readinessProbe.httpGet, { route: '/' }),
    )
    expect(deep).to.deep.equal(['/spec/template/spec/containers/0/readinessProbe/httpGet/route is no field'])
    expect(await broken(({ spec }) => Object.assign(spec, { replicas: '2' }))).to.not.deep.equal([])
    expect(await broken(({ spec }) => Object.assign(spec, { selector: undefined }))).to.not.deep.equal([])
    expect(await violationsOf({ ...deployment, apiVersion: 'apps/v2' })).to.have.length(1)
  })

  it('name the same pods and ports', () => {
    const { labels } = template.metadata
    const budget = theOne('PodDisruptionBudget') as Budget
    const policy = theOne('NetworkPolicy') as Policy
    const services = manifests.filter(({ kind }) => kind === 'Service') as readonly Service[]
    const selectors = [
      deployment.spec.selector.matchLabels,
      ...services.map(({ spec }) => spec.selector),
      budget.spec.selector.matchLabels,
      policy.spec.podSelector.matchLabels,
      ...pod.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
    ]
    for (const selector of selectors) expect(labels).to.include(selector)
    const names = container.ports.map(({ name }) => name)
    const used = [
      ...services.flatMap(({ spec }) => spec.ports.map(({ targetPort }) => targetPort)),
      ...policy.spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      ...[container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet.port),
    ]
    expect(new Set(used)).to.deep.equal(new Set(names))
    const config = readFileSync(join(folder, '../prometheus/prometheus.yaml'), 'utf8')
    const [, name] = /\[([\w-]+)\.messenger\.svc\]/.exec(config) ?? []
    expect(services.map(({ metadata }) => metadata.name)).to.have.members(['messenger', name])
    expect(budget.spec.maxUnavailable).to.be.lessThan(deployment.spec.replicas)
  })

  it('ask paths that the service has, on the port that it listens on', () => {
    const { paths } = parse(readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8')) as {
      readonly paths: Readonly<Record<string, unknown>>
    }
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
      expect(paths).to.have.property(probe.httpGet.path)
    expect(container.ports.map(({ containerPort }) => containerPort)).to.deep.equal([8000])
  })

  it('set what the service reads, with secrets from files, and stop it no sooner than it stops by itself', () => {
    const held = aFolder()
    const mount = container.volumeMounts.find(({ name }) => name === secrets?.name)
    for (const { path } of secrets?.secret?.items ?? [])
      writeFileSync(join(held, path), path === 'database-url' ? 'postgresql://m:s@database/m' : JWT_SECRET)
    const inFolder = ({ name, value }: { readonly name: string; readonly value: string }) =>
      name.endsWith('_FILE') ? [name, value.replace(mount?.mountPath ?? '', held)] : [name, value]
    const environment = Object.fromEntries(container.env.map(inFolder)) as Record<string, string>
    const config = right(readConfig(environment))
    expect(config.DATABASE_URL).to.equal('postgresql://m:s@database/m')
    expect(config.auth?.tokens?.secrets).to.deep.equal([JWT_SECRET])
    for (const { name } of container.env) {
      const without = name.replace(/_FILE$/, '')
      expect(E.isLeft(readConfig({ ...environment, [name]: '\0' })), `${without} is not read`).to.equal(true)
    }
    const stopping = (config.SHUTDOWN_DELAY_MS + config.SHUTDOWN_TIMEOUT_MS) / 1000
    expect(pod.terminationGracePeriodSeconds).to.be.at.least(stopping + 5)
    expect(config.SHUTDOWN_DELAY_MS).to.be.greaterThan(0)
  })

  it('confine the pod as the composed deployment is confined, and more', () => {
    expect(pod.automountServiceAccountToken).to.equal(false)
    expect(pod.securityContext).to.deep.include({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(container.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect([mode(secrets?.secret?.defaultMode), pod.securityContext['fsGroup']]).to.deep.equal(['440', 1000])
    for (const { name, readOnly } of container.volumeMounts) if (name === secrets?.name) expect(readOnly).to.equal(true)
  })
})

const mode = (bits = 0) => bits.toString(8)
