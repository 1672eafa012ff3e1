import 'reflect-metadata';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { workspacesService } from './service';

void runApi(workspacesService, loadConfig(process.env));
