"""What the libraries of machine learning log by themselves through MLflow's client: gestures.py's like.

Usage: libraries.py [NAME ...]
"""

import mlflow

from harness import client, fresh, gesture, main


@gesture
def autolog_lightgbm():
    import lightgbm
    import numpy

    mlflow.set_experiment(fresh())
    mlflow.lightgbm.autolog(silent=True)
    try:
        x = numpy.random.default_rng(0).random((200, 3))
        data = lightgbm.Dataset(x, x[:, 0])
        settings = {"objective": "regression", "num_leaves": 4, "verbosity": -1, "num_threads": 1}
        with mlflow.start_run() as run:
            booster = lightgbm.train(
                settings, data, num_boost_round=5, valid_sets=[data], valid_names=["train"])
    finally:
        mlflow.lightgbm.autolog(disable=True)
    history = [m.value for m in client.get_metric_history(run.info.run_id, "train-l2")]
    assert len(history) == 5 and history == sorted(history, reverse=True)
    got = client.get_run(run.info.run_id)
    assert got.data.params["num_leaves"] == "4"
    files = [f.path for f in client.list_artifacts(run.info.run_id)]
    assert "feature_importance_gain.json" in files, files
    model = mlflow.pyfunc.load_model(f"models:/{got.outputs.model_outputs[0].model_id}")
    assert numpy.allclose(model.predict(x[:4]), booster.predict(x[:4]))


@gesture
def autolog_lightning():
    import pytorch_lightning
    import torch

    class Line(pytorch_lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def forward(self, x):
            return self.layer(x)

        def training_step(self, batch, _):
            x, y = batch
            loss = torch.nn.functional.mse_loss(self(x), y)
            self.log("loss", loss, on_step=False, on_epoch=True)
            return loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    torch.manual_seed(0)
    torch.set_num_threads(1)
    x = torch.rand(64, 2)
    rows = torch.utils.data.TensorDataset(x, x.sum(dim=1, keepdim=True))
    line = Line()
    mlflow.set_experiment(fresh())
    mlflow.pytorch.autolog(silent=True)
    try:
        trainer = pytorch_lightning.Trainer(
            max_epochs=4, accelerator="cpu", logger=False, enable_checkpointing=False,
            enable_progress_bar=False)
        with mlflow.start_run() as run:
            trainer.fit(line, torch.utils.data.DataLoader(rows, batch_size=16))
    finally:
        mlflow.pytorch.autolog(disable=True)
    got = client.get_run(run.info.run_id)
    assert got.data.params["epochs"] == "4" and got.data.params["optimizer_name"] == "SGD"
    history = [m.value for m in client.get_metric_history(run.info.run_id, "loss")]
    assert len(history) == 4 and history == sorted(history, reverse=True), history
    files = [f.path for f in client.list_artifacts(run.info.run_id)]
    assert "model_summary.txt" in files, files
    model = mlflow.pytorch.load_model(f"models:/{got.outputs.model_outputs[0].model_id}")
    with torch.no_grad():
        assert torch.allclose(model(x), line(x))


@gesture
def logged_pytorch_model():
    import numpy
    import torch

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    x = numpy.random.default_rng(0).random((5, 3), dtype=numpy.float32)
    expected = net(torch.tensor(x)).detach().numpy()
    name = fresh("net")
    mlflow.set_experiment(fresh())
    with mlflow.start_run():
        mlflow.pytorch.log_model(net, name="model", input_example=x, registered_model_name=name)
    client.set_registered_model_alias(name, "champion", "1")
    uri = f"models:/{name}@champion"
    assert numpy.allclose(mlflow.pyfunc.load_model(uri).predict(x), expected, atol=1e-6)
    again = mlflow.pytorch.load_model(uri)
    assert numpy.allclose(again(torch.tensor(x)).detach().numpy(), expected, atol=1e-6)


if __name__ == "__main__":
    main()
