import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { generatedFiles, PAGES, superfluousPages } from './generated.js';

const files = await generatedFiles();
mkdirSync(PAGES, { recursive: true });
for (const [path, text] of files) writeFileSync(path, text);
for (const path of superfluousPages(files)) rmSync(path);
