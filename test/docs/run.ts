import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../broker/repository-root.ts'
import { configurationPage } from './configuration.ts'

writeFileSync(join(repositoryRoot, 'docs/configuration.md'), configurationPage())
