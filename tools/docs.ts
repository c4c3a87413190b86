import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { PAGES, ruleDocs, superfluousPages } from './rule-docs.js';

const files = await ruleDocs();
mkdirSync(PAGES, { recursive: true });
for (const [path, text] of files) writeFileSync(path, text);
for (const path of superfluousPages(files)) rmSync(path);
