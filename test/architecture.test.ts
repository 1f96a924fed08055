import { expect } from 'chai'
import { importsUnder } from './architecture/imports.ts'
import { permissionsOf, ROOTS } from './architecture/layer.ts'
import { layers } from './architecture/layers.ts'
import { cycles, emptyLayers, straysOf, uncovered, unresolved } from './architecture/verdicts.ts'

describe('The architecture', () => {
  const imports = importsUnder(ROOTS)

  for (const layer of layers) {
    it(`${layer.path}: ${layer.because}`, () => {
      const permitted = `it may import ${permissionsOf(layer).join(', ') || 'itself'} (test/architecture/layers.ts)`
      expect(straysOf(layer, imports, layers), permitted).to.deep.equal([])
    })
  }

  it('has a layer for every file', () => {
    expect(uncovered(imports, layers), 'files that test/architecture/layers.ts says nothing of').to.deep.equal([])
  })

  it('imports nothing of ours that is not there', () => {
    expect(unresolved(imports, layers)).to.deep.equal([])
  })

  it('has files in every layer', () => {
    expect(emptyLayers(imports, layers), 'layers of test/architecture/layers.ts without a file').to.deep.equal([])
  })

  it('has no cycles: two files that need each other are one idea in two places', () => {
    expect(cycles(imports)).to.deep.equal([])
  })
})
