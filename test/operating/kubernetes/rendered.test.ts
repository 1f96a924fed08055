import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { releasing } from '../../releasing.ts'
import { recipesOf } from '../recipes.ts'
import { folder, manifests, textOf } from './deployed.ts'
import { kubectl } from './kubectl.ts'
import type { Deployment, Manifest } from './manifest.ts'
import { violationsOf } from './violations.ts'

const deploymentIn = (rendered: readonly Manifest[]) => rendered.find(({ kind }) => kind === 'Deployment') as Deployment
const containerIn = (rendered: readonly Manifest[]) => deploymentIn(rendered).spec.template.spec.containers[0]

describe('The manifests for Kubernetes, put together', () => {
  const hold = releasing()

  it('are put together by kubectl, each in the namespace, with the image that is named', async function () {
    const program = await kubectl()
    if (!program) return this.skip()
    const rendered = await program.kustomize(folder)
    expect(rendered.map(({ kind }) => kind)).to.have.members(manifests.map(({ kind }) => kind))
    for (const manifest of rendered) {
      expect(await violationsOf(manifest), manifest.kind).to.deep.equal([])
      expect(manifest.kind === 'Namespace' ? manifest.metadata.name : manifest.metadata.namespace).to.equal('messenger')
    }
    expect(containerIn(rendered).image).to.equal('registry.example.org/messenger-api:0.1.0')
  })

  it('are changed by a kustomization of whose service it is, as the handbook shows', async function () {
    const program = await kubectl()
    // Before 1.21 kubectl has an older kustomize, which takes no folders as resources.
    if (!program || program.minor < 21) return this.skip()
    const [recipe] = recipesOf('Kubernetes').filter(({ language }) => language === 'yaml')
    const both = hold(mkdtempSync(join(tmpdir(), 'messenger-kubernetes-')), (it) => rmSync(it, { recursive: true }))
    const own = join(both, 'own')
    mkdirSync(own)
    const there = join(both, basename(folder))
    mkdirSync(there)
    for (const file of readdirSync(folder)) writeFileSync(join(there, file), textOf(file))
    writeFileSync(
      join(own, 'kustomization.yaml'),
      (recipe?.text ?? '').replace(/\S*deploy\/kubernetes/, '../kubernetes'),
    )
    const rendered = await program.kustomize(own)
    for (const manifest of rendered) expect(await violationsOf(manifest), manifest.kind).to.deep.equal([])
    expect(containerIn(rendered).image).to.equal('registry.example.com/team/messenger-api:1.4.2')
    expect(deploymentIn(rendered).spec.replicas).to.equal(3)
    const { env } = containerIn(rendered)
    expect(env).to.deep.include({ name: 'AUTH_ISSUER', value: 'https://accounts.example.com' })
    expect(env).to.have.length(containerIn(manifests).env.length + 1)
  })
})
