"""The bundled data of Tono: loaded by one command, removed by one command."""
