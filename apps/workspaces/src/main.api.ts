import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { workspacesService } from './service';

runMain(async () => runApi(workspacesService, loadConfig(process.env)));
