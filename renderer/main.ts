import './client/without-eval.ts';
import { mount } from 'svelte';
import { connectToHost } from './client/connect-to-host.ts';
import Workbench from './Workbench.svelte';
import './style.css';

const target = document.getElementById('workbench');
if (target === null) throw new Error('index.html has no element with the id "workbench".');
const { client, problem } = await connectToHost(window);
mount(Workbench, { target, props: { client, problem } });
